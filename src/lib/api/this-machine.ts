/**
 * Whether a host, as URLs and `Host` headers have it without its port, is this machine itself: `localhost`,
 * `api.moby.localhost`, `127.0.0.1`, `::1`, `[::1]`. Names without a dot, such as `docker`, may be looked up in a domain of
 * somebody else's. Pure.
 */
export const isThisMachine = (host: string): boolean =>
  /^(([\w-]+\.)*localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
