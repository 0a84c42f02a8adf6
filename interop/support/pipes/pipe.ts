/** The contract of pipes: one kind of byte stream between two processes, without BitTorrent on top. */

export interface Pipe {
  /** Accepts one stream. Resolves to the port. */
  listen(host: string, onBytes: (count: number) => void): Promise<number>
  /** Opens a stream, and sends that many bytes. Resolves when it is open. */
  flood(host: string, port: number, bytes: number): Promise<void>
}

export type PipeKind = 'shoal' | 'bare'

export const PIPES: Readonly<Record<PipeKind, () => Promise<Pipe>>> = {
  shoal: async () => (await import('./shoal-pipe.ts')).pipe,
  bare: async () => (await import('./bare-pipe.ts')).pipe,
}
