import type { HubPasskey } from '@shoal/hub-api'
import { useState } from 'react'
import { TextArea } from '../../../shared/controls/Field.tsx'
import { Card } from '../../../shared/controls/Panels.tsx'
import { notify } from '../../../shared/controls/toasts.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { texts as say } from '../../../shared/messages/passkeys.ts'
import { PasskeyList } from '../../../shared/passkeys/PasskeyList.tsx'
import { askForPasskey, type MadePasskey } from '../../../shared/passkeys/passkeys.ts'
import { useAccount, useHub } from '../../state/context.tsx'

const t = texts.account

/**
 * The passkeys of the account. A passkey with the PRF extension can decrypt the root key, so that a
 * new browser becomes a device without the 24 words.
 */
export function MyPasskeys() {
  const { api } = useHub()
  const { did } = useAccount()!
  const [words, setWords] = useState('')
  const prepare = async () => {
    if (words.trim() === '') return async () => null
    const [{ fromText, rootOfWords, sealRoot, signsNext }, { lists }] = await Promise.all([
      import('../../../shared/identity/identity.ts'),
      api.getDevices({ did }),
    ])
    const root = rootOfWords(words)
    if (!signsNext(root, lists.map(fromText))) throw new Error(t.otherWords)
    return async ({ passkey: { id }, secret }: MadePasskey) => {
      setWords('')
      const computed = secret ?? (await secretOf(id))
      if (computed) return api.changePasskey({ id, wrappedKey: sealRoot(root, { secret: computed, did }) })
      notify(t.opensNothing)
      return null
    }
  }
  /** Returns the PRF secret through a login: many authenticators compute it only then. */
  const secretOf = async (id: string) => {
    const { answer, secret } = await askForPasskey(await api.requestPasskey({}))
    return answer.id === id ? secret : null
  }
  return (
    <Card title={say.title}>
      <PasskeyList<HubPasskey>
        api={api}
        about={({ opensKey }) => (opensKey ? t.opensKey : null)}
        fields={
          <TextArea
            label={t.wordsOptional}
            hint={t.wordsOptionalHint}
            rows={3}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={words}
            onChange={event => setWords(event.target.value)}
          />
        }
        prepare={prepare}
      />
    </Card>
  )
}
