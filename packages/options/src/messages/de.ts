import type { Translation } from '@shoal/messages'
import type { en } from './en.ts'

export const de: Translation<typeof en> = {
  needsValue: '{name} braucht einen Wert: {name} {value}',
  takesNoValue: '{name} hat keinen Wert',
  once: 'Geben Sie nur einen Wert an',
  unexpected: 'Unerwartetes Argument „{word}“',
  missing: '{name} fehlt: {help}',
  unknownOption: 'Die Option {name} gibt es nicht',
  unknownOptionMeant: 'Die Option {name} gibt es nicht. Meinten Sie {meant}?',
  unknownOptionKnown: 'Die Option {name} gibt es nicht. Möglich sind {known}',
  notOneOf: '„{text}“ ist nicht möglich, nur {words}',
  notInteger: '„{text}“ ist keine ganze Zahl von {least} bis {most}',
  notBoolean: '„{text}“ ist weder true noch false',
  emptyPath: 'Der Pfad ist leer',
  nulInPath: 'Ein Pfad darf kein NUL enthalten',
  notPlain: 'Geben Sie einen Text, eine Zahl, true oder false oder eine Liste von Texten an',
  notJson: '{file} ist kein gültiges JSON: {reason}',
  notObject: '{file}: Schreiben Sie ein JSON-Objekt, zum Beispiel {example}',
}
