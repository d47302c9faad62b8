/** An endpoint can't be reached, or what it answers is no answer of ECS. Holds no credentials. */
export class EndpointError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EndpointError';
  }
}
