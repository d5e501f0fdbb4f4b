/**
 * A revoking write that could not be completed within its deadline. With `mayHaveTakenEffect` the commit's outcome, or
 * the release after it, is not known; a retry is safe.
 */
export class RevocationUnavailable extends Error {
  override readonly name = 'RevocationUnavailable';
  readonly mayHaveTakenEffect: boolean;

  constructor(message: string, mayHaveTakenEffect: boolean, cause?: unknown) {
    super(message, { cause });
    this.mayHaveTakenEffect = mayHaveTakenEffect;
  }
}
