/** The command line is wrong: told in one sentence with the way out, and exit code 2. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly remedy?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'UsageError';
  }
}
