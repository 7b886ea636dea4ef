/** Why an expression is not let through; never leaves the vetting. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** In UTF-16 code units from the start of the text that was read. */
  readonly offset: number | undefined;

  constructor(reason: string, offset?: number) {
    super(reason);
    this.offset = offset;
  }
}

export function refuse(reason: string, offset?: number): never {
  throw new Refusal(reason, offset);
}
