import type { Settings } from '@shoal/api'
import { Fragment, useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { controlClass } from '../../shared/controls/Field.tsx'
import { Waiting } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { useTitle } from '../../shared/controls/Page.tsx'
import { useFeatures } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useCell, useNode } from '../../shared/node/context.tsx'
import { useReach } from '../../shared/reach/reach.ts'
import { Defaults } from './Defaults.tsx'
import { searchedText, sectionText } from './field-text.ts'
import { groupsOf } from './groups.ts'
import { type SettingSection, sectionsMatching, settingIn } from './model.ts'
import { SettingRow } from './SettingRow.tsx'
import styles from './settings.module.css'
import { useCurrentSection } from './useCurrentSection.ts'
import { type SettingsEditor, useSettings } from './useSettings.ts'

const say = texts.settings
export function SettingsPage() {
  useTitle(say.title)
  const editor = useSettings()
  const { value } = editor.asked
  return value ? <Page settings={value} editor={editor} /> : <Waiting asked={editor.asked} />
}

function Page({ settings, editor }: { readonly settings: Settings; readonly editor: SettingsEditor }) {
  const [text, setText] = useState('')
  const sections = sectionsMatching(text, searchedText)
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const registered = useFeatures()
    .flatMap(feature => feature.settings ?? [])
    .filter(section => {
      const searched = [section.label, ...section.words].join(' ').toLowerCase()
      return words.every(word => searched.includes(word))
    })
  const contents = [
    ...sections.map(({ name }) => ({ name, label: sectionText(name) })),
    ...registered.map(({ name, label }) => ({ name, label })),
  ]
  const { value: reach } = useReach()
  // The address is saved, but links do not use it.
  const unused =
    reach?.problem && reach.problem !== 'untested' ? texts.reach.problem[reach.problem] : undefined
  const { current, jump } = useCurrentSection(contents.map(({ name }) => name))
  return (
    <div className={styles.page}>
      <div className={`${layout.wrap3} ${layout.spread} ${styles.head}`}>
        <h1>{say.title}</h1>
        <input
          type="search"
          className={controlClass}
          placeholder={say.search}
          aria-label={say.search}
          value={text}
          onChange={event => setText(event.target.value)}
        />
      </div>
      <nav className={styles.contents} aria-label={say.title}>
        {contents.map(({ name, label }) => (
          <a
            key={name}
            href={`#${name}`}
            aria-current={name === current ? 'location' : undefined}
            onClick={event => {
              event.preventDefault()
              jump(name)
            }}
          >
            {label}
          </a>
        ))}
      </nav>
      <div className={`${layout.stack4} ${layout.shrink}`}>
        {contents.length === 0 && (
          <div className={`${layout.stack3} ${layout.muted} ${styles.none}`} role="status">
            <p>{say.none({ text })}</p>
            <Button onClick={() => setText('')}>{say.showAll}</Button>
          </div>
        )}
        {sections.map(section => (
          <Section key={section.name} section={section} settings={settings} editor={editor} unused={unused} />
        ))}
        {registered.map(({ name, label, component: Content }) => (
          <section
            key={name}
            id={name}
            className={`${layout.card} ${styles.section}`}
            aria-labelledby={`${name}-title`}
            tabIndex={-1}
          >
            <h2 id={`${name}-title`}>{label}</h2>
            <Content />
          </section>
        ))}
        {words.length === 0 && <Defaults settings={settings} editor={editor} />}
      </div>
    </div>
  )
}

interface SectionProps {
  readonly section: SettingSection
  readonly settings: Settings
  readonly editor: SettingsEditor
  /** Why the public address is not used. */
  readonly unused: string | undefined
}

function Section({ section, settings, editor, unused }: SectionProps) {
  const fixed = useCell(useNode().info)?.fixedSettings ?? []
  const id = `${section.name}-title`
  return (
    <section
      id={section.name}
      className={`${layout.card} ${styles.section}`}
      aria-labelledby={id}
      tabIndex={-1}
    >
      <h2 id={id}>{sectionText(section.name)}</h2>
      {groupsOf(section.fields).map(({ name, fields }) => (
        <Fragment key={name ?? ''}>
          {name && <h3 className={styles.group}>{say.groups[name]}</h3>}
          {fields.map(field => (
            <SettingRow
              key={field.name}
              field={field}
              value={settingIn(settings, field)}
              problem={
                editor.problems.get(field.name) ??
                (field.name === 'network.publicUrl' && unused ? { message: unused, entry: null } : undefined)
              }
              fixed={fixed.includes(field.name)}
              onChange={value => void editor.save(field, value)}
            />
          ))}
        </Fragment>
      ))}
    </section>
  )
}
