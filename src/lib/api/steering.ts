/**
 * What users, hosts and registries wrote must not steer the terminal: control characters (of one byte and of C1, which
 * some terminals obey as well) and those that turn the direction of writing, so that text shows other than it is.
 */
// eslint-disable-next-line no-control-regex -- these are what a terminal must not be sent
export const steering = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g;

/** JSON with such characters inside its strings spelt out: the same value. */
export const cleanJson = (text: string): string =>
  text.replace(steering, (found) => found.replace(/[^\n\t]/g, escaped));

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
