import type english from '../en/sharing.ts'

const reasons: Record<keyof typeof english, string> = {
  // Adding and sharing.
  'plain-file':
    'das ist eine einfache Datei ({protocol}) ohne Inhalt zur Auswahl: Fügen Sie sie hinzu, um sie herunterzuladen',
  'server-late': 'der Server hat nicht rechtzeitig geantwortet: Versuchen Sie es später erneut',
  'torrent-not-file': '{path} ist keine Datei: Geben Sie den Pfad einer .torrent-Datei an',
  'source-or-torrent':
    'geben Sie entweder source (einen Link oder Pfad) oder torrent (den Inhalt einer .torrent-Datei) an',
  'link-replaceable':
    'der Besitzer dieses Links kann seinen Torrent ersetzen: {program} follow LINK fügt ihn und jede spätere Version hinzu',
  'link-unknown': '{link} lässt sich nicht herunterladen. Unterstützte Links: {kinds}',
  'plain-options': 'das ist eine einfache Datei und kein Torrent und kann das deshalb nicht haben',
  'added-conflict': '{name} ist schon in der Liste: {why}',
  'paused-search':
    'was angehalten ist, wird nicht für die Suche veröffentlicht: Lassen Sie eines von beiden weg',
  'torrent-link-unknown':
    '{text} ist kein Torrent: Geben Sie einen Magnet-Link, einen Info-Hash oder die URL oder den vollen Pfad einer .torrent-Datei an',
  'not-local-file': '{path} ist keine Datei auf diesem Rechner: Geben Sie ihren Pfad an',
  'private-search': 'private Torrents und versiegelte Freigaben werden nie für die Suche veröffentlicht',
  'passphrase-weak':
    'diese Passphrase ist leicht zu erraten: Nehmen Sie sechs zufällige Wörter, wie {program} passphrase sie macht',
  'share-incomplete':
    '{path} ist nicht vollständig heruntergeladen: Warten Sie darauf, oder entfernen Sie den Download',
  'uploads-many': '{most} Uploads laufen: Teilen Sie einen davon oder brechen Sie ihn ab',
  'upload-files-many': 'ein Upload hat höchstens {most} Dateien: Packen Sie sie in ein Archiv',
  'upload-twice': '{path} wurde schon gesendet',
  'upload-running': 'einige der Dateien werden noch gesendet: Warten Sie darauf',
  'upload-empty': 'noch ist nichts gesendet: Senden Sie zuerst die Dateien',
  'upload-gone':
    'diesen Upload gibt es nicht: Er wurde geteilt oder abgebrochen, oder der Knoten wurde neu gestartet',
  'upload-path': '{path} ist kein gültiger Pfad: Benutzen Sie einfache Namen mit / zwischen den Ordnern',
  // Letting others in.
  'reach-address': '{host} ist keine Adresse dieses Rechners in einem Netzwerk: {found}',
  'reach-no-network':
    'dieser Rechner ist in keinem Netzwerk: Verbinden Sie ihn mit einem und versuchen Sie es erneut',
  'reach-password':
    'andere Rechner können diesen Knoten erreichen, deshalb braucht seine Oberfläche ein Passwort: Halten Sie sie zuerst mit {program} open-up --off draußen, oder starten Sie den Knoten ohne --host',
  'reach-port': 'ein anderes Programm benutzt den Port {port} von {host}',
  'reach-user': 'der Benutzername shoal gehört zum Token: Wählen Sie einen anderen',
  // Folders that the node may use.
  'folder-relative': '{path} ist kein absoluter Pfad: Er beginnt mit {slash}',
  'folder-data':
    '{path} ist der Datenordner des Knotens, der sein Token enthält: Wählen Sie einen anderen Ordner',
  'folder-outside':
    '{path} liegt außerhalb der Ordner, die dieser Knoten benutzen darf ({folders}): Um einen weiteren zu erlauben, beenden Sie den Knoten und starten Sie ihn wieder mit --allow-dir ORDNER',
  'folder-above-data':
    '{path} enthält den Datenordner des Knotens mit seinem Token: Wählen Sie einen Ordner darin',
  'folder-home':
    '{path} ist der persönliche Ordner, dessen versteckte Ordner nur das Token des Knotens öffnet: Wählen Sie einen Ordner darin, oder melden Sie sich mit dem Token an',
  'folder-above-home':
    '{path} enthält den persönlichen Ordner, dessen versteckte Ordner nur das Token des Knotens öffnet: Wählen Sie einen Ordner darin, oder melden Sie sich mit dem Token an',
  'folder-home-open':
    '{path} liegt im persönlichen Ordner, den nur das Token des Knotens öffnet, solange andere hereingelassen werden: Wählen Sie einen anderen Ordner, oder melden Sie sich mit dem Token an',
  'folder-hidden':
    '{path} ist im persönlichen Ordner versteckt, und nur das Token des Knotens öffnet versteckte Ordner: Wählen Sie einen anderen, oder melden Sie sich mit dem Token an',
}

export default reasons
