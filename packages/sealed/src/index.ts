/**
 * Sealed shares: files in one age file over a tar archive, which `age -d | tar x` opens. Any range
 * can be produced without storing the archive, and any range can be read while it is being
 * downloaded.
 *
 * ```ts
 * import { bytesSource, createSeal, OpenedShare, SealedContent } from '@shoal/sealed'
 *
 * const seal = await createSeal({ by: 'key' })
 * const content = bytesSource(new TextEncoder().encode('hello'))
 * const sealed = new SealedContent([{ path: ['Notes', 'hello.txt'], content }], seal)
 *
 * const share = await OpenedShare.open(sealed, { key: seal.key! })
 * const file = await share.file(['Notes', 'hello.txt'])
 * await file.read(0, file.lengthBytes) // hello
 * ```
 *
 * @packageDocumentation
 */
export { sealedTo, type Unlock } from './age/open-header.ts'
export { createSeal, type Seal, type SealTo } from './age/seal.ts'
export { openStream, sealStream } from './age/streams.ts'
export { type ByteSource, blobSource, bytesSource } from './byte-source.ts'
export { SealedError, type SealedErrorCode } from './sealed-error.ts'
export { type OpenedFile, OpenedShare } from './share/opened-share.ts'
export { SealedContent } from './share/sealed-content.ts'
export type { Entry } from './tar/entry.ts'
export type { SealInput } from './tar/layout.ts'
