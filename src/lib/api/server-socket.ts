/** Where a longshore server of root's, or of the system's service manager, listens; clients look for it there. */
export const systemServerSocket = '/run/longshore/longshore.sock';

/** What its socket is called elsewhere: in the runtime directory of its user, or beside the state. */
export const serverSocketName = 'longshore.sock';
