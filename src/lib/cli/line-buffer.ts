/** Characters that are written at once; each write is a system call. */
const MOST = 64 * 1024;

/**
 * Lines that come one by one, written many at once: when there are enough, when the other stream's turn comes, and when
 * no more come for now. The order between the two streams stays.
 */
export class LineBuffer {
  private held: string[] = [];
  private size = 0;
  private stream: 'stdout' | 'stderr' = 'stdout';
  private scheduled = false;

  constructor(private readonly write: (stream: 'stdout' | 'stderr', text: string) => void) {}

  add(stream: 'stdout' | 'stderr', text: string): void {
    if (stream !== this.stream) this.flush();
    this.stream = stream;
    this.held.push(text);
    this.size += text.length;
    if (this.size >= MOST) this.flush();
    else if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.flush();
      });
    }
  }

  flush(): void {
    if (this.held.length === 0) return;
    const text = this.held.join('');
    this.held = [];
    this.size = 0;
    this.write(this.stream, text);
  }
}
