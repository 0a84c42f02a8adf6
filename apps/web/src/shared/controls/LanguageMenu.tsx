import { LANGUAGES, type Language } from '@shoal/messages'
import { language, setLanguage } from '../messages/language.ts'
import { Button } from './Button.tsx'
import { Menu } from './Menu.tsx'

/** `label`: the word for a language. */
export function LanguageMenu({ label }: { readonly label: string }) {
  const items = () =>
    Object.entries(LANGUAGES).map(([code, text]) => ({
      kind: 'choice' as const,
      text,
      chosen: code === language,
      onSelect: () => setLanguage(code as Language),
    }))
  return (
    <Menu
      trigger={
        <Button variant="quiet" aria-label={`${language.toUpperCase()}, ${label}: ${LANGUAGES[language]}`}>
          {language.toUpperCase()}
        </Button>
      }
      items={items}
    />
  )
}
