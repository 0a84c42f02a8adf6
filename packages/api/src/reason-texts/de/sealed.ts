import type english from '../en/sealed.ts'

const reasons: Record<keyof typeof english, string> = {
  // Share links.
  'share-link-not': 'Das ist kein Share-Link. Kopieren Sie den ganzen Link, auch den Teil nach #',
  'share-link-changed':
    'Dieser Link wurde verändert. Kopieren Sie ihn erneut, oder lassen Sie ihn sich erneut geben',
  'share-link-cut':
    'Das Ende dieses Links fehlt. Kopieren Sie ihn ganz, oder lassen Sie ihn sich erneut geben',
  'share-link-newer':
    'Diesen Link hat eine neuere Version von Shoal erzeugt. Laden Sie die Seite neu, oder aktualisieren Sie',
  'share-link-hash': 'Ein Share-Link braucht einen Info-Hash',
  'share-link-long': 'Der Link wäre zu lang. Nehmen Sie weniger Tracker und Web-Seeds',
  'share-link-hub': 'Nur der Link eines Raums nennt einen Hub, mit seinem Ursprung: https://hub.example',
  'share-link-length':
    'Die Länge muss eine positive ganze Zahl sein, ein Schlüssel oder Geheimnis hat {bytes} Bytes',
  'share-link-seal': 'Diese Version von Shoal kennt diese Versiegelung nicht. Aktualisieren Sie Shoal',
  // Opening sealed shares.
  'sealed-not': 'Das ist keine versiegelte Freigabe. Sie beginnt nicht wie eine age-Datei',
  'sealed-passphrase': 'Diese Freigabe ist mit einer Passphrase versiegelt. Geben Sie sie ein',
  'sealed-wrong-passphrase':
    'Die Passphrase ist falsch. Versuchen Sie es erneut, oder fragen Sie die Person, die geteilt hat',
  'passphrase-wrong': 'Die Passphrase ist falsch. Versuchen Sie es erneut',
  'passphrase-empty': 'Die Passphrase ist leer. Wählen Sie eine',
  'passphrase-memory':
    'Das zu öffnen würde mehr Speicher brauchen, als für eine Passphrase erlaubt ist. Lassen Sie es mit weniger Aufwand versiegeln',
  'sealed-other-key':
    'Diese Freigabe ist für einen anderen Schlüssel versiegelt. Bitten Sie um den vollständigen Link, oder darum, als Empfänger hinzugefügt zu werden',
  'sealed-key':
    'Diese Freigabe ist für einen Schlüssel versiegelt. Öffnen Sie den vollständigen Link, oder geben Sie Ihre Schlüsseldatei an',
  'sealed-header-changed':
    'Der Kopf der versiegelten Freigabe wurde verändert. Lassen Sie sich die Freigabe erneut geben',
  'sealed-header-damaged': 'Der Kopf dieser age-Datei ist beschädigt. Lassen Sie sich die Datei erneut geben',
  'sealed-key-bytes': 'Der Schlüssel muss 32 Bytes haben',
  'sealed-recipients': 'Geben Sie 1 bis {most} Empfänger an',
  'sealed-file-changed': 'Die Datei wurde verändert, oder ihr Ende fehlt',
  'sealed-cut': 'Das Ende der versiegelten Freigabe fehlt. Laden Sie sie erneut herunter',
  'sealed-chunk':
    'Die versiegelte Freigabe wurde verändert oder gekürzt (bei Teil {chunk}). Lassen Sie sie sich erneut geben',
  'sealed-leads-out':
    'Diese Freigabe hat einen Namen, der aus ihrem Ordner hinausführt ({name}). Sie wird nicht geöffnet',
  'sealed-suspicious':
    'Die Dateien dieser Freigabe sind verdächtig größer als die Freigabe selbst. Sie wird nicht geöffnet',
  'sealed-files-most': 'Die Freigabe hat mehr als {most} Dateien',
  'sealed-content': 'Der versiegelte Inhalt ist keine Freigabe. Öffnen Sie ihn mit age',
  'sealed-names-long':
    'Die Namen dieser Dateien sind zusammen zu lang. Versiegeln Sie weniger Dateien auf einmal',
  'sealed-index':
    'Das Verzeichnis dieser Freigabe passt nicht zu ihren Dateien. Lassen Sie sie sich erneut geben',
  'sealed-nothing': 'Es gibt nichts zu versiegeln. Wählen Sie eine Datei oder einen Ordner',
  'sealed-name': 'Dieser Name ist in einem Archiv nicht erlaubt: {name}',
  'sealed-twice': '{name} kommt zweimal vor',
  'sealed-sparse': 'Dieses Archiv hat lückenhafte Dateien (tar --sparse). Öffnen Sie es mit age und tar',
  'sealed-headers': 'Die Köpfe dieses Archivs sind größer, als Shoal unterstützt ({most} Dateien)',
  'sealed-truncated': '{path} wurde beim Versiegeln gekürzt. Versiegeln Sie es erneut',
  'sealed-changed': '{path} hat sich beim Versiegeln geändert: Versiegeln Sie es erneut',
  'sealed-device':
    '{path} ist ein Link oder Gerät und lässt sich nicht versiegeln: Nehmen Sie es aus dem Ordner',
  'sealed-not-single':
    'Dieser Torrent ist keine versiegelte Freigabe, die eine einzelne Datei ist: Lassen Sie sich den Link erneut geben',
  'opened-not-sealed': 'Das ist kein Link einer versiegelten Freigabe',
  'opened-others':
    'Andere versiegelte Freigaben werden geöffnet: Versuchen Sie es erneut, wenn eine offen ist',
  'opened-nobody':
    'Noch niemand hat den Anfang dieser Freigabe gesendet: Versuchen Sie es erneut, und sehen Sie bei den Torrents nach, ob sie angehalten ist',
  'opened-gone': 'Diese Freigabe ist nicht mehr offen: Öffnen Sie ihren Link erneut',
  'opened-cursor': 'Diese Stelle der Liste gibt es nicht',
  'opened-no-key': 'Diese Freigabe ist für einen Schlüssel versiegelt, den dieser Knoten nicht hat',
  'opened-no-key-get':
    'Diese Freigabe ist für einen Schlüssel versiegelt, den dieser Knoten nicht hat: {program} get öffnet sie mit Ihrer Schlüsseldatei',
  'opened-passphrase': 'Diese Freigabe braucht eine Passphrase: Geben Sie sie dazu ein',
  'opened-busy': 'Zu viele Dateien versiegelter Freigaben werden gelesen: Schließen Sie einige',
  'sealed-no-file': 'Diese Freigabe hat keine Datei {path}',
}

export default reasons
