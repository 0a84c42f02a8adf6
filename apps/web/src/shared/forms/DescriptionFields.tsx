import { SelectField } from '../controls/Field.tsx'
import layout from '../controls/layout.module.css'
import { texts } from '../messages/texts.ts'
import { LICENSE_OPTIONS, languageOptions } from './describe.ts'

const t = texts.add.share.findable
const NONE = { value: '', text: t.unspecified }

/** Fields `language` and `license` of a form that publishes something for search. */
export function DescriptionFields() {
  return (
    <div className={layout.columns}>
      <SelectField label={t.language} name="language" options={[NONE, ...languageOptions()]} />
      <SelectField label={t.license} name="license" options={[NONE, ...LICENSE_OPTIONS]} />
    </div>
  )
}

/** Returns the values of the fields. */
export function readDescription(form: FormData): { language?: string; license?: string } {
  const [language, license] = [String(form.get('language') ?? ''), String(form.get('license') ?? '')]
  return { ...(language !== '' && { language }), ...(license !== '' && { license }) }
}
