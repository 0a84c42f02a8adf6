import { KeyPair } from '@shoal/identity'
import { expect, test } from 'vitest'
import { FormProblem, sealToOf } from './seal-form.ts'

function filled(entries: Record<string, string>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(entries)) form.set(name, value)
  return form
}

function problemOf(entries: Record<string, string>): FormProblem {
  try {
    sealToOf(filled(entries))
  } catch (error) {
    if (error instanceof FormProblem) return error
    throw error
  }
  throw new Error('nothing was wrong')
}

test('a key in the link is the default; a passphrase is written twice', () => {
  expect(sealToOf(filled({}))).toEqual({ by: 'key' })
  const entries = { by: 'passphrase', passphrase: ' two words ', again: ' two words ' }
  expect(sealToOf(filled(entries))).toEqual({ by: 'passphrase', passphrase: ' two words ' })
  expect(problemOf({ ...entries, again: 'two words' }).field).toBe('again')
  expect(problemOf({ by: 'passphrase', passphrase: '', again: '' }).field).toBe('passphrase')
})

test('public keys are taken however they are separated, each once, in either form', () => {
  const [one, two] = [KeyPair.generate(), KeyPair.generate()]
  const recipients = `${one.did}, ${two.recipient}\r\n\n${one.recipient};`
  expect(sealToOf(filled({ by: 'recipients', recipients }))).toEqual({
    by: 'recipients',
    recipients: [one.recipient, two.recipient],
  })
})

test('a wrong key is named, a secret one is not repeated', () => {
  const { recipient } = KeyPair.generate()
  const wrong = problemOf({ by: 'recipients', recipients: `${recipient} ${recipient.slice(0, -1)}` })
  expect([wrong.field, wrong.message.startsWith('age1')]).toEqual(['recipients', true])
  expect(problemOf({ by: 'recipients', recipients: ' \n' }).message).toMatch(/at least one/)
  const secret = KeyPair.generate().exportSecret().ageSecretKey
  const { message } = problemOf({ by: 'recipients', recipients: secret })
  expect(message).toMatch(/secret/)
  expect(message).not.toContain(secret.slice(15, 25))
  const many = Array.from({ length: 101 }, () => KeyPair.generate().recipient).join('\n')
  expect(problemOf({ by: 'recipients', recipients: many }).message).toMatch(/100/)
})
