/** The engine's names of architectures (GET /info) and an image's, for which there is a program. */
export const architectures = { x86_64: 'amd64', aarch64: 'arm64' } as const;

export type Architecture = (typeof architectures)[keyof typeof architectures];

/**
 * The program of a task's holder, which keeps its namespaces and secrets: a static ELF executable of a few instructions,
 * written here by hand so that nobody has to trust, build or download one. It ignores SIGCHLD, so that the kernel buries
 * the orphans of a shared PID namespace, and then sleeps for good. It handles no other signal: as process 1 only SIGKILL
 * ends it, which is its image's stop signal.
 *
 * ```c
 * sigaction(SIGCHLD, SIG_IGN);
 * for (;;) pause();
 * ```
 */
export function pauseProgram(architecture: Architecture): Buffer {
  const { machine, code } = programs[architecture];
  const instructions = Buffer.from(code.join(''), 'hex');
  const size = headerSize + instructions.length + ignored.length;
  return Buffer.concat([elfHeader(machine), loadSegment(size), instructions, ignored]);
}

/** Where the file stands in memory; its code begins after both headers. */
const base = 0x40_0000;
const headerSize = 64 + 56;

/** The kernel's `struct sigaction` with the handler SIG_IGN: handler, flags, restorer, mask, of 8 bytes each. */
const ignored = Buffer.from('0100000000000000'.padEnd(64, '0'), 'hex');

/** Machine code; the numbers of system calls differ by architecture, and arm64 has ppoll without descriptors for pause. */
const programs: Record<Architecture, { machine: number; code: string[] }> = {
  amd64: {
    machine: 62,
    code: [
      'b80d000000', //     mov  eax, 13           rt_sigaction(
      'bf11000000', //     mov  edi, 17             SIGCHLD,
      '488d3517000000', // lea  rsi, [rip + 23]     ignored,
      '31d2', //           xor  edx, edx            NULL,
      '41ba08000000', //   mov  r10d, 8             8)
      '0f05', //           syscall
      'b822000000', //     mov  eax, 34           pause()
      '0f05', //           syscall
      'ebf7', //           jmp  -9                again
      '90909090', //       nop …                  up to a multiple of 8
    ],
  },
  arm64: {
    machine: 183,
    code: [
      '200280d2', // mov  x0, #17    rt_sigaction(SIGCHLD,
      'a1010010', // adr  x1, +52      ignored,
      '020080d2', // mov  x2, #0       NULL,
      '030180d2', // mov  x3, #8       8)
      'c81080d2', // mov  x8, #134
      '010000d4', // svc  #0
      '000080d2', // mov  x0, #0     ppoll(NULL,
      '010080d2', // mov  x1, #0       0,
      '020080d2', // mov  x2, #0       NULL,
      '030080d2', // mov  x3, #0       NULL,
      '040080d2', // mov  x4, #0       0)
      '280980d2', // mov  x8, #73
      '010000d4', // svc  #0
      'f9ffff17', // b    -7         again
    ],
  },
};

/** ELF64, little-endian, an executable whose one segment is described right behind the header. */
function elfHeader(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header.set([2, 1, 1], 4);
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(base + headerSize), 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  return header;
}

/** The whole file, to be read and executed. Pages of arm64 have up to 64 KiB. */
function loadSegment(size: number): Buffer {
  const segment = Buffer.alloc(56);
  segment.writeUInt32LE(1, 0);
  segment.writeUInt32LE(5, 4);
  segment.writeBigUInt64LE(BigInt(base), 16);
  segment.writeBigUInt64LE(BigInt(base), 24);
  segment.writeBigUInt64LE(BigInt(size), 32);
  segment.writeBigUInt64LE(BigInt(size), 40);
  segment.writeBigUInt64LE(0x1_0000n, 48);
  return segment;
}
