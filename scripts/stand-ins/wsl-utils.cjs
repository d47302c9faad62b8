'use strict';

// oclif asks at every start whether this is Windows' Linux, only to say so in a user agent that nobody sees.
module.exports = { isWsl: false, powerShellPath: async () => 'powershell.exe' };
