import { texts } from '../messages/sealing.ts'

/**
 * Awaits lazily loaded modules. Rejects with a message that says what to do: the browser's own
 * error contains only an address.
 */
export function loaded<Parts extends readonly unknown[]>(
  ...parts: { readonly [At in keyof Parts]: Promise<Parts[At]> }
): Promise<Parts> {
  const failed = (cause: unknown) => Promise.reject(new Error(texts.notLoaded, { cause }))
  return Promise.all(parts).catch(failed) as unknown as Promise<Parts>
}
