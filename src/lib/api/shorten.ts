// eslint-disable-next-line no-control-regex -- these are what a terminal must not be sent
const steering = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** A name or value of the user's as it may stand in a message: without control characters and not too long. */
export function shorten(text: string, limit = 60): string {
  const printable = text.slice(0, limit + 1).replace(steering, '\uFFFD');
  return text.length <= limit ? printable : `${printable.slice(0, limit - 20)}… (${text.length} characters)`;
}
