import type { Translation } from '@shoal/messages'
import type english from '../en/sealing.ts'

const sealing: Translation<typeof english> = {
  title: 'Versiegelt',
  key: 'Der Link enthält den Schlüssel: Nur der vollständige Link öffnet dies.',
  passphrase:
    'Dies ist mit einer Passphrase versiegelt. Fragen Sie die Person danach, die Ihnen den Link geschickt hat.',
  recipient:
    'Dies ist für bestimmte Personen versiegelt. Wenn Sie dazugehören, öffnen Sie es mit Ihrem Schlüssel.',
  looking: 'Es öffnet sich, sobald jemand online ist, der es hat.',
  opening: 'Wird geöffnet …',
  open: 'Öffnen',
  field: 'Passphrase',
  done: 'Geöffnet. Downloads bleiben in diesem Browser verschlüsselt, gespeicherte Dateien nicht.',
  own: {
    file: 'Ihre Schlüsseldatei',
    fileHint: 'Erzeugt mit shoal key new (identity.age) oder age-keygen.',
    passphrase: 'Passphrase Ihrer Schlüsseldatei',
    paste: 'Oder geheimen Schlüssel einfügen',
    pasteHint: 'AGE-SECRET-KEY-1… oder die Ausgabe von shoal key export.',
    nothing: 'Wählen Sie Ihre Schlüsseldatei aus, oder fügen Sie Ihren geheimen Schlüssel ein.',
    notStored:
      'Ihr Schlüssel bleibt in dieser Seite, bis Sie sie schließen. Er wird nie gespeichert oder gesendet.',
  },
  make: {
    switch: 'Versiegeln',
    hint: 'Zuerst auf diesem Gerät verschlüsselt: Peers sehen weder Inhalt noch Namen.',
    to: 'Wer es öffnen kann',
    key: 'Alle mit dem Link',
    keyHint: 'Der Schlüssel ist Teil des Links.',
    passphrase: 'Alle mit dem Link und einer Passphrase',
    passphraseHint:
      'Sechs zufällige Wörter genügen; der Name eines Haustiers nicht. Senden Sie sie getrennt vom Link.',
    recipients: 'Nur bestimmte Personen',
    recipientsHint: 'Nur wer einen dieser Schlüssel besitzt: auch Sie nicht, außer Ihrer ist dabei.',
    field: 'Passphrase',
    again: 'Passphrase wiederholen',
    suggest: 'Vorschlagen',
    show: 'Anzeigen',
    hide: 'Verbergen',
    strength: {
      weak: 'Leicht zu erraten: Nehmen Sie mehr Wörter.',
      fair: 'Schwer zu erraten.',
      strong: 'Praktisch nicht zu erraten.',
    },
    weak: 'Das ist zu leicht zu erraten. Nehmen Sie sechs zufällige Wörter: „Vorschlagen“ erzeugt sie.',
    keys: 'Ihre öffentlichen Schlüssel',
    keysHint:
      'age1… oder did:key:…, einer pro Zeile. Jeder erzeugt seinen eigenen mit shoal key new oder unten auf dieser Seite.',
    empty: 'Wählen Sie eine Passphrase.',
    differs: 'Die Passphrasen stimmen nicht überein. Geben Sie sie noch einmal ein.',
    noKeys: 'Fügen Sie mindestens einen öffentlichen Schlüssel ein.',
    tooManyKeys: 'Zu viele Schlüssel: höchstens {most}.',
    wrongKey: 'Schlüssel {key}: {why}',
    secretKey:
      'Das ist ein geheimer Schlüssel: Behalten Sie ihn für sich und senden Sie ihn nie. Verwenden Sie stattdessen den öffentlichen Schlüssel.',
    button: 'Versiegeln und Link erzeugen',
    sealing: 'Wird versiegelt: {share}',
    sealingLabel: 'Versiegelt',
  },
  notLoaded:
    'Ein Teil dieser Seite konnte nicht geladen werden. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.',
  noRoom:
    'Zum Versiegeln werden {needed} Platz in diesem Browser gebraucht, aber nur {free} sind frei. Löschen Sie andere Freigaben, wählen Sie weniger Dateien aus, oder versiegeln Sie auf Ihrem Rechner: shoal seed --seal.',
  noRoomUnknown:
    'Zum Versiegeln werden {needed} Platz in diesem Browser gebraucht, so viel ist nicht frei. Löschen Sie andere Freigaben, wählen Sie weniger Dateien aus, oder versiegeln Sie auf Ihrem Rechner: shoal seed --seal.',
  onlyInMemory:
    'Dieses Fenster speichert nichts und kann höchstens {most} versiegeln. Öffnen Sie die Seite über https außerhalb eines privaten Fensters, oder versiegeln Sie auf Ihrem Rechner: shoal seed --seal.',
  yourKey: {
    title: 'Ihr Schlüssel',
    hint: 'Mit einem eigenen Schlüssel können andere Freigaben nur für Sie versiegeln. Erzeugen Sie ihn einmal, hier oder mit shoal key new.',
    show: 'Schlüssel erzeugen',
    field: 'Passphrase für die Schlüsseldatei',
    again: 'Passphrase wiederholen',
    make: 'Schlüssel erzeugen',
    making: 'Ihr Schlüssel wird erzeugt …',
    made: 'Ihr Schlüssel ist fertig und wird hier nicht gespeichert. Speichern Sie seine Datei und merken Sie sich die Passphrase: Ein verlorener Schlüssel lässt sich nicht wiederherstellen.',
    save: '{name} speichern',
    label: 'Ihr öffentlicher Schlüssel, zum Weitergeben',
    copy: 'Kopieren',
    copied: 'Kopiert',
  },
}

export default sealing
