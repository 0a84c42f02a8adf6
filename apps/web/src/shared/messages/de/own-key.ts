import type { Translation } from '@shoal/messages'
import type { ownKey as english } from '../en/own-key.ts'

/** Texts about the user's own key, for all places where the console asks for it. */
export const ownKey: Translation<typeof english> = {
  title: 'Ihr Schlüssel',
  intro:
    'Ein Schlüssel beweist, dass etwas von Ihnen kommt. Erzeugen Sie einen, oder wählen Sie die Datei eines vorhandenen. Er bleibt in diesem Browser: Der Knoten erhält nur Signaturen.',
  make: 'Schlüssel erzeugen',
  makeIntro:
    'Ihr Schlüssel ist eine kleine Datei, die sich mit einer Passphrase öffnet. Ohne die Passphrase kann ihn niemand benutzen, auch Sie nicht.',
  madeKept:
    'Ihr Schlüssel ist fertig. Dieser Browser behält ihn, mit der Passphrase verschlüsselt. Speichern Sie auch seine Datei: Browser löschen, was Websites behalten, und andere Geräte brauchen sie.',
  madeNotKept:
    'Ihr Schlüssel ist fertig. Dieser Browser behält nichts, wie in einem privaten Fenster: Speichern Sie seine Datei, die Sie nächstes Mal auswählen.',
  lost: 'Einen verlorenen Schlüssel oder eine vergessene Passphrase kann niemand wiederherstellen: Ihre Links bleiben dann bei ihrer letzten Version.',
  continue: 'Weiter',
  ready: 'Ihr neuer Schlüssel ist offen. Nächstes Mal wird nur seine Passphrase gebraucht:',
  kept: 'Dieser Browser behält Ihren Schlüssel, mit der Passphrase verschlüsselt:',
  passphrase: 'Passphrase des Schlüssels',
  other: 'Andere Schlüsseldatei verwenden',
  useKept: 'Den Schlüssel dieses Browsers verwenden',
  forgetIt: 'Hier vergessen',
  forgetTitle: 'Ihren Schlüssel in diesem Browser vergessen?',
  forgetBody:
    'Ohne seine Datei kann niemand mehr neue Versionen Ihrer Links veröffentlichen oder Ihre Geräteliste ändern. Speichern Sie zuerst die Datei, wenn Sie sie nicht haben.',
  forget: 'Schlüssel vergessen',
  forgotten: 'Dieser Browser hat Ihren Schlüssel vergessen',
  file: 'Ihre Schlüsseldatei',
  orFile: 'Oder wählen Sie Ihre Schlüsseldatei',
  fileHint: 'identity.age, hier, auf der Freigabe-Seite oder mit „shoal key new“ erzeugt',
  keep: 'In diesem Browser behalten',
  keepInstead: 'In diesem Browser behalten, anstelle des anderen',
  keepHint: 'Mit der Passphrase verschlüsselt, die jedes Mal gebraucht wird.',
  none: 'Erzeugen Sie einen Schlüssel, oder wählen Sie Ihre Schlüsseldatei.',
}
