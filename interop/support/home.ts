import { writeFile } from 'node:fs/promises'
import { expect, onTestFinished } from 'vitest'
import { type Json, Workplace } from '../../apps/node/src/testing/shoal-process.ts'

export const PASSPHRASE = ['--passphrase-file', 'passphrase']

/** A home with a node, until the test ends. */
export async function home() {
  const place = await Workplace.create()
  onTestFinished(() => place[Symbol.asyncDispose]())
  const node = await place.node()
  await writeFile(place.at('passphrase'), 'a passphrase of nine long words for this test only\n')
  /** Runs a command, which must succeed, and returns its last object. */
  const ask = async (...words: string[]): Promise<Json> => {
    const { code, object, stderr } = await place.json(...words)
    expect({ words, code, stderr, error: object?.error }).toMatchObject({ code: 0, stderr: '' })
    return object
  }
  return { place, node, ask }
}
