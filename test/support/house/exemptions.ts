/** Lists of exemptions from a limit. */

/** A path, and why it may break the limit. */
export type Exemptions = Readonly<Record<string, string>>;

/** `path: what`, for each path that breaks a limit without an exemption or needs none. */
export function judge(breaking: readonly string[], exemptions: Exemptions): readonly string[] {
  return [
    ...breaking
      .filter((path) => exemptions[path] === undefined)
      .map((path) => `${path}: breaks the limit`),
    ...Object.keys(exemptions)
      .filter((path) => !breaking.includes(path))
      .map((path) => `${path}: needs no exemption`),
  ];
}
