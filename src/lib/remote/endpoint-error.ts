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

/** The connection went away before the answer had come: what was asked for may be done, undone or under way. */
export class LostConnection extends EndpointError {
  constructor(
    message: string,
    remedy = 'What was asked for may have been done there, and may go on: look (longshore list-tasks, list-services) before you run it again',
    options?: ErrorOptions,
  ) {
    super(message, remedy, options);
  }
}
