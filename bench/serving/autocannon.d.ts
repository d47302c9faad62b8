/** The part of autocannon that the benchmarks use; it brings no types. */
declare module 'autocannon' {
  export interface Request {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: string;
  }
  export interface Result {
    '2xx': number;
    non2xx: number;
    errors: number;
    /** Seconds */
    duration: number;
  }
  export default function autocannon(options: {
    url: string;
    connections: number;
    /** Seconds; with `amount`, which then counts, the longest that it may take. */
    duration?: number;
    amount?: number;
    requests: Request[];
  }): Promise<Result>;
}
