package dev.meltemi.cli;

import dev.meltemi.resources.Position;
import dev.meltemi.resources.analysis.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Documents of files and of a running mesh: a file's stands in the place of the mesh's, as if it were applied.
final class AnalyzedDocuments {
    private final Map<View, SourceDocument> sources = new HashMap<>();
    private final Map<String, View> live = new LinkedHashMap<>();
    private final List<View> written = new ArrayList<>();

    /// @param namespace of documents that name none
    AnalyzedDocuments(List<SourceDocument> files, String namespace, Optional<RunningMesh> mesh) {
        mesh.ifPresent(running -> running.documents().forEach(view -> live.put(view.key(), view)));
        for (SourceDocument file : files) {
            View view = View.of(file.text(), namespace);
            sources.put(view, file);
            written.add(view);
            live.remove(view.key());
        }
    }

    List<View> all() {
        List<View> views = new ArrayList<>(live.values());
        views.addAll(written);
        return views;
    }

    boolean isWritten(View view) {
        return sources.containsKey(view);
    }

    /// `reviews.yaml:17:9`, or `mesh.config.accepted:17:9` for what runs.
    String reference(View view, Position at) {
        SourceDocument file = sources.get(view);
        return file == null ? "mesh.config.accepted:" + at.line() + ":" + at.column() : file.at(at.line(), at.column());
    }
}
