import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '@shoal/options'
import { expect, test } from 'vitest'
import * as histories from './histories.ts'
import { ChatTrial } from './testing.ts'

const trial = new ChatTrial()

test('writes the history to a file that a passphrase encrypts, and reads it again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-chat-'))
  try {
    const [file, secret, plain] = ['chat.age', 'secret', 'chat.jsonl'].map(name => join(folder, name)) as [
      ...[string, string, string],
    ]
    await writeFile(secret, 'six words that nobody guesses soon\n')
    const [written] = await trial.printed(histories.save, file, '--passphrase-file', secret)
    expect(written).toMatch(new RegExp(`^Wrote \\d+ messages to ${file}$`))
    expect((await readFile(file, 'latin1')).startsWith('age-encryption.org/v1\n-> scrypt ')).toBe(true)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await trial.run(histories.load, file, '--passphrase-file', secret, '--json')
    const messages = Number(/\d+/.exec(written!)![0])
    expect(trial.objects.at(-1)).toEqual({ added: 0, messages })

    expect(await trial.printed(histories.save, plain, '--plain')).toEqual([
      `Wrote ${messages} messages to ${plain}. They are not encrypted`,
    ])
    await expect(trial.run(histories.save, plain, '--plain')).rejects.toMatchObject({ code: 'exists' })
    await trial.run(histories.save, plain, '--plain', '--replace')
    const lines = (await readFile(plain, 'utf8')).trimEnd().split('\n')
    expect(lines.filter(line => JSON.parse(line).type === 'message')).toHaveLength(messages)
    await trial.run(histories.load, plain)
    expect(trial.lines.at(-1)).toBe('Added 0 messages')
    await expect(
      trial.run(histories.save, plain, '--plain', '--passphrase-file', secret),
    ).rejects.toBeInstanceOf(UsageError)
    await expect(trial.run(histories.load, secret)).rejects.toBeInstanceOf(UsageError)
    await expect(trial.run(histories.load, join(folder, 'none'))).rejects.toMatchObject({ code: 'not-found' })
  } finally {
    await rm(folder, { recursive: true })
  }
})
