import { texts } from '../messages/sealing.ts'

/** Parts of the page that are loaded when they are needed. Rejects with what to do when they cannot be: browsers name just an address. */
export function loaded<Parts extends readonly unknown[]>(
  ...parts: { readonly [At in keyof Parts]: Promise<Parts[At]> }
): Promise<Parts> {
  const failed = (cause: unknown) => Promise.reject(new Error(texts.notLoaded, { cause }))
  return Promise.all(parts).catch(failed) as unknown as Promise<Parts>
}
