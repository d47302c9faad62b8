'use strict';

// Parts of dockerode that nothing here calls: building images over gRPC, with 2 MB of packages for it.
module.exports = new Proxy(() => {}, {
  apply() {
    throw new Error('building images is left out of the bundle');
  },
});
