import { expect } from 'vitest'
import { type Json, Workplace } from '../../apps/node/src/testing/shoal-process.ts'

export { PASSPHRASE } from '../../apps/node/src/testing/shoal-process.ts'

/** A home with a node. Short-lived commands share a process. */
export async function home() {
  const place = await Workplace.create({ oneProcess: true })
  const node = await place.node()
  /** Runs a command, which must succeed, and returns its last object. */
  const ask = async (...words: string[]): Promise<Json> => {
    const { code, object, stderr } = await place.json(...words)
    expect({ words, code, stderr, error: object?.error }).toMatchObject({ code: 0, stderr: '' })
    return object
  }
  return { place, node, ask, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() }
}
