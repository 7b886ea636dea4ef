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

/** The properties of all inputs and outputs. */
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
