import { LANGUAGES, type Language } from '@shoal/messages'
import type { ReactNode } from 'react'
import { SwitchField } from '../../shared/controls/Field.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Segments } from '../../shared/controls/Panels.tsx'
import { notify } from '../../shared/controls/toasts.ts'
import { controls } from '../../shared/messages/controls.ts'
import { chosenLanguage, setLanguage } from '../../shared/messages/language.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useCell } from '../../shared/node/context.tsx'
import { setTheme, THEMES, type Theme, theme } from '../../shared/theme/theme.ts'
import { completionNotices, setCompletionNotices } from '../../shared/ui/completion-notices.ts'
import styles from './settings.module.css'

const t = texts.app

export function Appearance() {
  return (
    <>
      <Preference title={controls.theme.label} body={texts.settings.appearance.theme}>
        <Segments<Theme>
          label={controls.theme.label}
          value={useCell(theme)}
          segments={THEMES.map(value => ({ value, text: controls.theme[value] }))}
          onChange={setTheme}
        />
      </Preference>
      <Preference title={t.language.label} body={texts.settings.appearance.language}>
        <Segments<Language | 'system'>
          label={t.language.label}
          value={chosenLanguage() ?? 'system'}
          segments={[
            { value: 'system', text: t.language.system },
            ...Object.entries(LANGUAGES).map(([value, text]) => ({ value: value as Language, text })),
          ]}
          onChange={value => setLanguage(value === 'system' ? null : value)}
        />
      </Preference>
      <Preference title={t.notices.label} body={texts.settings.appearance.notices}>
        <SwitchField
          label={t.notices.on}
          checked={useCell(completionNotices)}
          onChange={({ target }) =>
            void setCompletionNotices(target.checked).then(on => {
              if (target.checked && !on) notify(t.notices.refused, { type: 'bad' })
            })
          }
        />
      </Preference>
    </>
  )
}

interface PreferenceProps {
  readonly title: string
  readonly body: string
  readonly children: ReactNode
}

function Preference({ title, body, children }: PreferenceProps) {
  return (
    <div className={styles.row}>
      <div className={styles.about}>
        <h3>{title}</h3>
        <p>{body}</p>
      </div>
      <div className={`${layout.stack1} ${styles.control}`}>{children}</div>
    </div>
  )
}
