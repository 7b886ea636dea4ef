/** The files that settings name: passwords, services, certificates and their keys. */
import { LenkwerkError } from '../../model/errors.js';
import { credentialFiles } from '../../postgres/credentials.js';
import { serviceFiles } from '../../postgres/libpq/service-file.js';
import type { ApplyContext } from './context.js';
import { servicePlacesOf, settingsOf } from './database.js';
import { targetsOf } from './stores.js';

/**
 * Adds those of the database and of the stores to the inputs of the command, whether it needs them
 * this time or not. Sources that lead nowhere name no file.
 */
export function addSettingsFiles(context: ApplyContext): void {
  const named = [
    () => serviceFiles(servicePlacesOf(context)),
    () => credentialFiles(settingsOf(context)),
    () => targetsOf(context).flatMap((one) => ('problem' in one ? [] : one.settings.files)),
  ];
  for (const files of named) {
    try {
      for (const file of files()) context.inputs.add(file);
    } catch (error) {
      if (!(error instanceof LenkwerkError)) throw error;
    }
  }
}
