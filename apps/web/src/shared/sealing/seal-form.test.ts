import { KeyPair } from '@shoal/identity'
import { expect, test } from 'vitest'
import { parseRecipients } from './recipients.ts'
import { FormProblem, readSealTo } from './seal-form.ts'

function filled(entries: Record<string, string>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(entries)) form.set(name, value)
  return form
}

const read = (entries: Record<string, string>) =>
  readSealTo(filled(entries), async keys => parseRecipients(keys))

async function problemOf(entries: Record<string, string>): Promise<FormProblem> {
  try {
    await read(entries)
  } catch (error) {
    if (error instanceof FormProblem) return error
    throw error
  }
  throw new Error('nothing was wrong')
}

test('a key in the link is the default; a passphrase is written twice', async () => {
  expect(await read({})).toEqual({ by: 'key' })
  const entries = {
    by: 'passphrase',
    passphrase: ' green herring lamp boat ',
    again: ' green herring lamp boat ',
  }
  expect(await read(entries)).toEqual({ by: 'passphrase', passphrase: entries.passphrase })
  expect((await problemOf({ ...entries, again: 'green herring lamp boat' })).field).toBe('again')
  expect((await problemOf({ by: 'passphrase', passphrase: '', again: '' })).field).toBe('passphrase')
  const weak = await problemOf({ by: 'passphrase', passphrase: 'two words', again: 'two words' })
  expect([weak.field, weak.message.includes('easy to guess')]).toEqual(['passphrase', true])
})

test('public keys are taken however they are separated, each once, in either form', async () => {
  const [one, two] = [KeyPair.generate(), KeyPair.generate()]
  const recipients = `${one.did}, ${two.recipient}\r\n\n${one.recipient};`
  expect(await read({ by: 'recipients', recipients })).toEqual({
    by: 'recipients',
    recipients: [one.recipient, two.recipient],
  })
})

test('a wrong key is named, a secret one is not repeated', async () => {
  const { recipient } = KeyPair.generate()
  const wrong = await problemOf({ by: 'recipients', recipients: `${recipient} ${recipient.slice(0, -1)}` })
  expect([wrong.field, wrong.message.startsWith('Key age1')]).toEqual(['recipients', true])
  expect((await problemOf({ by: 'recipients', recipients: ' \n' })).message).toMatch(/at least one/)
  const secret = KeyPair.generate().exportSecret().ageSecretKey
  const { message } = await problemOf({ by: 'recipients', recipients: secret })
  expect(message).toMatch(/secret/)
  expect(message).not.toContain(secret.slice(15, 25))
  const many = Array.from({ length: 101 }, () => KeyPair.generate().recipient).join('\n')
  expect((await problemOf({ by: 'recipients', recipients: many })).message).toMatch(/100/)
})
