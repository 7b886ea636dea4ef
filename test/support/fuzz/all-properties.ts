import type { FuzzProperty } from './fuzz-property.js';
import { manifestProperty } from './manifests.js';
import { outputProperty, planDocumentProperty } from './plans.js';
import {
  checkpointProperty,
  foreignKeyProperty,
  keyProperty,
  recordProperty,
  sealedProperty,
} from './records.js';
import { cutMessageProperty, messageProperty, valuesProperty } from './stream.js';
import { passwordProperty, urlProperty } from './urls.js';

/** Everything that comes from outside, and everything that goes there. */
export const FUZZ_PROPERTIES: readonly FuzzProperty[] = [
  manifestProperty,
  planDocumentProperty,
  outputProperty,
  keyProperty,
  foreignKeyProperty,
  recordProperty,
  checkpointProperty,
  sealedProperty,
  valuesProperty,
  cutMessageProperty,
  messageProperty,
  urlProperty,
  passwordProperty,
];
