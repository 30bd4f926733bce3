package dev.meltemi.resources.yaml;

import java.util.List;
import java.util.Map;

/// What is written at one place. An alias is the node that it names.
public sealed interface Node {
    Span at();

    /// @param plain written without quotes, so that `true`, `5` and nothing mean more than their letters
    record Scalar(String text, boolean plain, Span at) implements Node {
        /// Whether it says "nothing": `null`, `~` or no text at all.
        public boolean isNull() {
            return plain
                    && switch (text) {
                        case "", "~", "null", "Null", "NULL" -> true;
                        default -> false;
                    };
        }
    }

    record Sequence(List<Node> items, Span at) implements Node {}

    /// In the order of the text.
    record Mapping(Map<String, Entry> entries, Span at) implements Node {}

    record Entry(Scalar key, Node value) {}
}
