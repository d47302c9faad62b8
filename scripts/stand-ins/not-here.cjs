'use strict';

// Parts of packages that nothing here calls, and that would make up more than half of the bundle: dockerode building
// images over gRPC; oclif finding commands by globs, filling templates and turning spinners; inquirer opening an editor.
const notHere = () => {
  throw new Error('this part of the package is left out of the bundle');
};
module.exports = new Proxy(notHere, {
  get: (target, member) => (member === '__esModule' ? false : member === 'default' ? target : notHere),
});
