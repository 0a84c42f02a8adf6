import { useAnswer } from '../base/use-answer.ts'
import { useWork } from '../base/use-work.ts'
import { Button } from '../controls/Button.tsx'
import { CopyButton } from '../controls/CopyButton.tsx'
import { Dialog } from '../controls/Dialog.tsx'
import { TextField } from '../controls/Field.tsx'
import { Loading, Problem } from '../controls/Loading.tsx'
import layout from '../controls/layout.module.css'
import { QrCode } from '../controls/QrCode.tsx'
import { texts } from '../messages/people.ts'
import { CodeReader } from '../scanning/CodeReader.tsx'
import styles from './people.module.css'

const t = texts.verify

interface Props {
  /** Returns the values that both users compare. */
  ask(signal: AbortSignal): Promise<{ readonly words: readonly string[]; readonly ownCode: string }>
  /** Marks the contact as verified: by the words, or by a code. Rejects if they differ. */
  verify(seen: string): Promise<unknown>
  onClose(): void
}

/**
 * Compares keys with a contact: by words, by the code of the contact, and by the user's own code,
 * which the contact scans.
 */
export function VerifyDialog({ ask, verify, onClose }: Props) {
  const asked = useAnswer(ask, [])
  const { isBusy, failure, run } = useWork()
  const compare = (seen: string) =>
    run(async () => {
      await verify(seen)
      onClose()
    })
  const { value } = asked
  return (
    <Dialog open title={t.title} description={t.intro} onClose={onClose}>
      {asked.error && <Problem error={asked.error} onRetry={asked.reload} />}
      {!value && !asked.error && <Loading />}
      {value && (
        <div className={layout.stack3}>
          {failure !== null && <Problem error={failure as Error} />}
          <ol className={styles.words} aria-label={t.words}>
            {value.words.map((word, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a word may occur twice, and the order is constant
              <li key={at} lang="en">
                {word}
              </li>
            ))}
          </ol>
          <span>
            <Button variant="primary" disabled={isBusy} onClick={() => compare(value.words.join(' '))}>
              {t.same}
            </Button>
          </span>
          <p className={layout.soft}>{t.ownCode}</p>
          <OwnCode text={value.ownCode} />
          <form
            className={layout.stack2}
            onSubmit={event => {
              event.preventDefault()
              compare(String(new FormData(event.currentTarget).get('code')))
            }}
          >
            <TextField label={t.code} hint={t.codeHint} name="code" required autoComplete="off" />
            <span>
              <Button size="small" type="submit" disabled={isBusy}>
                {t.check}
              </Button>
            </span>
          </form>
          <CodeReader prefix="shoal:" disabled={isBusy} onCode={compare} />
        </div>
      )}
    </Dialog>
  )
}

/** The code with which others recognize the user, to be scanned or sent. */
export function OwnCode({ text }: { readonly text: string }) {
  return (
    <>
      <QrCode text={text} label={texts.code.own} />
      <span>
        <CopyButton size="small" text={text}>
          {texts.code.copy}
        </CopyButton>
      </span>
    </>
  )
}
