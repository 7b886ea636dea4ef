import type { FuzzProperty } from './fuzz-property.js';
import { manifestProperty } from './manifests.js';
import { outputProperty, planDocumentProperty } from './plans.js';
import {
  acknowledgementProperty,
  checkpointProperty,
  foreignKeyProperty,
  keyProperty,
  recordProperty,
  reportedProperty,
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
  acknowledgementProperty,
  reportedProperty,
  valuesProperty,
  cutMessageProperty,
  messageProperty,
  urlProperty,
  passwordProperty,
];
