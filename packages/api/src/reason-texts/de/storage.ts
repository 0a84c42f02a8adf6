import type english from '../en/storage.ts'

const reasons: Record<keyof typeof english, string> = {
  // The storage of torrents.
  'no-space': 'Kein Platz mehr auf {path}. Schaffen Sie Platz, um den Download fortzusetzen',
  quota:
    'Das Speicherkontingent für {path} ist aufgebraucht. Schaffen Sie Platz, um den Download fortzusetzen',
  'no-permission':
    'Keine Berechtigung für {path}. Ändern Sie die Berechtigungen oder wählen Sie einen anderen Ordner',
  'read-only': '{path} liegt auf einem schreibgeschützten Dateisystem. Wählen Sie einen anderen Ordner',
  'file-missing': '{path} gibt es nicht. Prüfen Sie die Daten erneut, um herunterzuladen, was fehlt',
  'file-link': '{path} ist ein symbolischer Link. Ersetzen Sie ihn durch die Datei selbst',
  'parent-not-folder': 'Ein übergeordneter Pfad von {path} ist kein Ordner. Verschieben Sie ihn',
  'folder-for-file': '{path} ist ein Ordner, wo eine Datei sein muss. Verschieben Sie ihn',
  'name-too-long': '{path} ist zu lang für das Dateisystem. Wählen Sie einen Ordner mit kürzerem Pfad',
  'name-impossible':
    'Das Dateisystem kann {path} nicht speichern. Benennen Sie die Datei um oder wählen Sie einen anderen Ordner',
  'open-files': 'Zu viele offene Dateien. Erhöhen Sie die Grenze des Prozesses (ulimit -n)',
  'open-files-system': 'Zu viele offene Dateien im System. Schließen Sie einige Programme',
  'file-too-large':
    'Das Dateisystem kann keine so große Datei wie {path} speichern. Wählen Sie einen anderen Ordner',
  'disk-fault': '{path} lässt sich nicht benutzen: {why}. Prüfen Sie den Datenträger',
  'write-fault': 'Schreiben fehlgeschlagen: {why}',
  'link-leads-out':
    '{path} ist ein symbolischer Link, der aus {root} hinausführt. Ersetzen Sie ihn durch einen Ordner',
  'link-dangling': '{path} ist ein symbolischer Link ins Leere. Ersetzen Sie ihn durch einen Ordner',
  'not-a-folder': '{path} ist kein Ordner. Verschieben Sie ihn oder wählen Sie einen anderen Ordner',
  'folder-impossible': 'In {path} lässt sich kein Ordner anlegen. Wählen Sie einen anderen',
  'changed-in-copy':
    '{path} wurde beim Kopieren geändert. Prüfen Sie die Daten erneut und verschieben Sie sie dann',
  'move-exists': '{path} gibt es schon. Verschieben Sie das Vorhandene oder wählen Sie einen anderen Ordner',
  'rename-exists': '{path} gibt es schon. Wählen Sie einen anderen Namen',
  'rename-taken': 'Der Torrent hat schon eine Datei mit diesem Namen. Wählen Sie einen anderen',
  'rename-no-file': 'Der Torrent hat keine Datei {file}, die sich umbenennen ließe',
  'file-replaced':
    '{path} wurde während der Benutzung durch eine andere Datei ersetzt. Prüfen Sie die Daten erneut',
  'file-deleted': '{path} wurde während der Benutzung gelöscht. Prüfen Sie die Daten erneut',
  'file-irregular': '{path} ist keine gewöhnliche Datei. Verschieben Sie sie',
  'file-short': '{path} ist zu kurz. Prüfen Sie die Daten erneut',
  'piece-missing': 'Stück {piece} ist nicht gespeichert. Prüfen Sie die Daten erneut',
  'file-changed': '{path} wurde von einem anderen Programm geändert. Prüfen Sie die Daten erneut',
  'folder-in-use':
    '{path} wird von einer anderen Sitzung benutzt (Prozess {pid}). Beenden Sie sie oder wählen Sie einen anderen Ordner',
  'storage-closed': 'Der Speicher ist geschlossen. Fügen Sie den Torrent erneut hinzu',
  'reserve-stopped': 'Der Torrent wurde angehalten, während er Speicherplatz belegte',
  'resume-other':
    'Die gespeicherte .torrent-Datei gehört zu einem anderen Torrent. Die Metadaten werden erneut geholt',
  'resume-damaged':
    'Die Daten zum Fortsetzen sind unbrauchbar ({why}). Die Dateien des Torrents werden erneut geprüft',
  'resume-file': 'Die Datei ist zu groß oder keine gewöhnliche Datei',
}

export default reasons
