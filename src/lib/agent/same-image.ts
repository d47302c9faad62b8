/** A host's image, by the digest of its registry's manifest. */
export interface HostImage {
  host: string;
  digest: string;
}

/** Two hosts run different images under one name. */
export type OnDifference = (found: { image: string; one: HostImage; other: HostImage }) => void;

/**
 * What the tags of one operation mean: the first pull says it for all hosts, so that a tag that moves meanwhile doesn't
 * give its tasks two versions. What hosts had already is only compared.
 */
export class SameImages {
  private readonly pulled: Map<string, string>;
  private readonly seen = new Map<string, HostImage>();

  /** `agreed`: digests that are settled already, by the images' names. */
  constructor(
    private readonly onDifference: OnDifference,
    agreed: ReadonlyMap<string, string> = new Map(),
  ) {
    this.pulled = new Map(agreed);
  }

  /** The digest that a host which has just pulled should have. */
  agreeOn(image: string, digest: string): string {
    const agreed = this.pulled.get(image) ?? digest;
    this.pulled.set(image, agreed);
    return agreed;
  }

  /** Tells where another host has another one. */
  compare(image: string, one: HostImage): void {
    const other = this.seen.get(image);
    if (other === undefined) this.seen.set(image, one);
    else if (other.digest !== one.digest) this.onDifference({ image, one, other });
  }
}
