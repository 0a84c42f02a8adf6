import type english from '../en/metainfo.ts'

const reasons: Record<keyof typeof english, string> = {
  // Torrents and links to them.
  'torrent-unusable': 'Dieser Torrent ist unbrauchbar: {why}',
  'torrent-meta-version':
    'Dieser Torrent hat die Meta-Version {version}. Aktualisieren Sie das Programm, um ihn zu öffnen',
  'metainfo-large': 'Er ist größer als 64 MiB',
  'metainfo-no-hashes': 'Er hat keine Hashes der Stücke',
  'metainfo-info': 'Seine Info ist kein Wörterbuch',
  'metainfo-damaged': 'Er ist beschädigt. {why}',
  'metainfo-version': 'Seine Meta-Version ist nicht 2',
  'metainfo-no-name': 'Er hat keinen Namen',
  'metainfo-piece-length': 'Die Länge seiner Stücke liegt nicht zwischen 1 Byte und 256 MiB',
  'metainfo-piece-power': 'Die Länge seiner Stücke ist keine Zweierpotenz von mindestens 16 KiB',
  'metainfo-paths-large': 'Die Pfade seiner Dateien sind zusammen größer als 64 MiB',
  'metainfo-differ': 'Seine Teile v1 und v2 beschreiben verschiedene Dateien',
  'metainfo-places': 'Seine Teile v1 und v2 legen Dateien an verschiedene Stellen',
  'metainfo-padding': 'Er endet mit mehr als einem Stück Füllung',
  'metainfo-pieces': 'Er hat mehr als {most} Stücke',
  'metainfo-hash-bytes': 'Er hat {bytes} Bytes an Hashes der Stücke, aber seine Dateien brauchen {right}',
  'metainfo-file-bytes': 'Seine Dateien sind größer als 2^53 Bytes',
  'metainfo-trailing': 'Er hat überzählige Daten bei Byte {at}',
  'metainfo-no-info': 'Er hat kein Wörterbuch „info“',
  'metainfo-empty-name': '{what} ist leer',
  'metainfo-deep': 'Ein Pfad hat mehr als {most} Ordner',
  'metainfo-same-path': 'Zwei Dateien, oder eine Datei und ein Ordner, haben den Pfad {path}',
  'metainfo-length-or-files': 'Er muss entweder eine Länge oder eine Dateiliste haben',
  'metainfo-list-missing': 'Seine Dateiliste ist leer oder fehlt',
  'metainfo-list-malformed': 'Seine Dateiliste ist ungültig',
  'metainfo-tree-missing': 'Sein Dateibaum ist leer oder fehlt',
  'metainfo-tree-name': 'Sein Dateibaum hat eine Datei ohne Namen, oder eine Datei, die auch ein Ordner ist',
  'metainfo-tree-entry': 'Sein Dateibaum hat einen Eintrag, der weder Datei noch Ordner ist',
  'metainfo-tree-properties': 'Sein Dateibaum hat eine Datei ohne Eigenschaften',
  'metainfo-tree-pad': 'Sein Dateibaum hat eine Fülldatei',
  'metainfo-pieces-root': 'Eine Datei hat keine gültige Wurzel ihrer Stücke',
  'metainfo-zero-root':
    'Eine Datei lässt sich nie fertigstellen, weil die Wurzel ihrer Stücke nur aus Nullen besteht',
  'metainfo-file-length': 'Eine Datei hat keine gültige Länge',
  'metainfo-link-target': 'Ein symbolischer Link hat kein Ziel',
  'metainfo-compressed': 'Er ist komprimiert und beschädigt',
  'metainfo-file-large': 'Die Datei hat mehr als {bytes} Bytes',
  'cid-needs-hash': 'Eine Inhalts-ID braucht einen Info-Hash',
  'cid-wrong':
    'Die Inhalts-ID {why}. Inhalts-IDs von Torrents beginnen mit baf5r, die von Dateien mit bafkyf3qce',
  'cid-malformed': 'ist ungültig',
  'cid-version': 'hat nicht die Version 1',
  'cid-length': 'hat die falsche Länge',
  'cid-other': 'bezeichnet weder einen Torrent noch eine Datei darin',
  'cid-of-file':
    'Das ist die Inhalts-ID einer Datei in einem Torrent. Geben Sie die des Torrents an, die mit baf5r beginnt',
  'cid-of-ipfs':
    'Das ist eine Inhalts-ID von IPFS, die keinen Torrent bezeichnet. Inhalts-IDs von Shoal bezeichnen Torrents: Sie beginnen mit baf5rei (v2) oder baf5rcf (v1), jeder Torrent hat eine, und Programme zeigen sie neben Info-Hash oder Magnet-Link. Fragen Sie danach',
  'info-hash-wrong':
    'Das ist kein Info-Hash. Ein Info-Hash hat 40 (v1) oder 64 (v2) Hexadezimalziffern oder 32 Zeichen in Base32, oder ist eine Inhalts-ID, die mit baf5r beginnt',
  'info-hash-missing': 'Der Info-Hash fehlt',
  'magnet-wrong': 'Dieser Magnet-Link {why}',
  'magnet-long': 'ist länger als {most} Zeichen',
  'magnet-begin': 'beginnt nicht mit „magnet:?“',
  'magnet-no-hash': 'hat keinen Info-Hash (xt=urn:btih:… oder urn:btmh:…)',
  'magnet-needs-hash': 'braucht einen Info-Hash',
  'magnet-malformed-hash': 'hat einen ungültigen Info-Hash: {why}',
  'magnet-two-v1': 'hat zwei verschiedene Info-Hashes v1',
  'magnet-two-v2': 'hat zwei verschiedene Info-Hashes v2',
  'mutable-wrong': 'Dieser Link {why}',
  'mutable-begin': 'ist nicht magnet:?xs=urn:btpk:… (BEP 46)',
  'mutable-no-key': 'hat keinen öffentlichen Schlüssel mit 64 Hexadezimalziffern',
  'mutable-salt': 'hat ein Salz, das nicht aus höchstens 128 Hexadezimalziffern besteht',
  // Creating torrents.
  'create-v2-folder':
    'Ein v2-Torrent kann keinen Ordner „{name}“ enthalten, in dem nur eine Datei gleichen Namens ist. Erzeugen Sie einen hybriden Torrent, oder teilen Sie die Datei selbst',
  'create-file-bytes': 'Eine Datei kann nicht {bytes} Bytes haben: {path}',
  'create-no-files': 'Ein Torrent braucht mindestens eine Datei',
  'create-single': 'Ein Torrent mit einer Datei muss genau eine Datei haben, die wie er heißt',
  'create-piece-length': 'Die Länge der Stücke muss zwischen 1 Byte und 256 MiB liegen',
  'create-piece-power':
    'Die Länge der Stücke eines v2- oder hybriden Torrents muss eine Zweierpotenz und mindestens {least} sein',
  'create-piece-hashes': 'Ein v1- oder hybrider Torrent braucht pieceHashes',
  'create-pieces-root': 'Ein v2- oder hybrider Torrent braucht die Wurzel der Stücke von {path}',
  'create-empty': '{path} ist leer. Wählen Sie eine Datei oder einen Ordner mit Inhalt',
  'create-piece-fits':
    'Stücke von {length} Bytes passen nicht zu {total} Bytes Inhalt. Nehmen Sie eine Zweierpotenz wie {example}',
  'create-tracker':
    'Tracker {number}: {url} ist keine URL eines Trackers. Sie muss mit udp://, http://, https://, ws:// oder wss:// beginnen',
  'create-web-seed':
    'Web-Seed {number}: {url} ist keine URL eines Web-Seeds. Sie muss mit http://, https:// oder ftp:// beginnen',
  'create-changed':
    '{path} hat sich beim Lesen geändert. Versuchen Sie es erneut, wenn nichts mehr hineinschreibt',
  'create-truncated':
    '{path} wurde beim Lesen gekürzt oder entfernt. Versuchen Sie es erneut, wenn nichts mehr hineinschreibt',
  'create-a-file-truncated':
    'Eine Datei wurde beim Lesen gekürzt oder entfernt. Versuchen Sie es erneut, wenn nichts mehr hineinschreibt',
  'create-hash-pool': 'Die Prüfung wurde beendet. Beginnen Sie erneut',
  'create-hash-stopped': 'Das Prüfen wurde angehalten: {why}. Versuchen Sie es erneut',
  'create-denied':
    'Keine Berechtigung, {path} zu lesen. Ändern Sie die Berechtigungen und versuchen Sie es erneut',
  'create-folder-for-file':
    '{path} ist ein Ordner, wo eine Datei erwartet wurde. Verschieben Sie ihn und versuchen Sie es erneut',
  'create-unreadable':
    '{path} ist nicht lesbar ({code}). Prüfen Sie den Datenträger und versuchen Sie es erneut',
  'create-piece-hole': 'Stück {piece} ist nicht gespeichert, andere Stücke schon',
  'create-short': '{path} ist zu kurz',
  'create-missing': '{path} fehlt',
  'create-piece-bytes': 'Die Bytes des Stücks sind nicht gespeichert',
  'create-merkle': 'Ein Merkle-Baum braucht ganze Hashes von 32 Bytes, nicht {bytes} Bytes',
  'create-disk-path': 'Geben Sie für jede Datei diskPath an, oder für jede eine Lesefunktion',
  'create-name-utf8':
    'Der Name von {path} ist kein gültiges UTF-8, das Torrents verlangen. Benennen Sie die Datei um',
  'create-no-path': '{path} gibt es nicht. Prüfen Sie den Pfad',
  'create-neither': '{path} ist weder Datei noch Ordner. Verschieben Sie es',
  'create-no-content': '{path} enthält keine Dateien. Legen Sie die Dateien hinein, die Sie teilen möchten',
  'create-link':
    '{path} ist ein symbolischer Link. Behalten Sie Links bei, oder ersetzen Sie ihn durch sein Ziel',
  'create-link-outside':
    '{path} zeigt auf nichts innerhalb des Ordners. Entfernen Sie ihn, oder ersetzen Sie ihn durch sein Ziel',
  // Files that are read.
  'list-large': '{path} hat mehr als {bytes} Bytes an Adressen: Geben Sie eine kürzere Liste an',
  'list-not-file': '{path} ist keine Datei: Geben Sie eine Liste von IP-Adressen an',
  'list-missing': '{path} gibt es nicht: Geben Sie den Pfad einer Liste von IP-Adressen an',
  'list-denied': 'Keine Berechtigung, {path} zu lesen: Ändern Sie die Berechtigungen',
  'list-out-of-date': 'Der IP-Filter ist veraltet: {why}',
  'list-not-in-effect': 'Der IP-Filter wirkt nicht: {why}',
  'list-bad-line': 'Der IP-Filter hat eine unverständliche Zeile, die übergangen wird, {why}',
  'list-bad-lines': 'Der IP-Filter hat {count} unverständliche Zeilen, die übergangen werden, {why}',
  'list-such-line': 'nämlich Zeile {number}: {text}',
  'read-failed': '{path} ist nicht lesbar: {why}',
  'read-folder': '{path} ist ein Ordner. Geben Sie eine .torrent-Datei an',
  'read-large': '{path} hat mehr als {bytes} Bytes, die Grenze für .torrent-Dateien',
  'read-missing':
    '{path} gibt es nicht. Geben Sie einen Magnet-Link, einen Info-Hash oder den Pfad oder die URL einer .torrent-Datei an',
  'create-choose-again': '{path} ist nicht mehr lesbar. Wählen Sie es erneut',
}

export default reasons
