package dev.meltemi.resources.yaml;

import dev.meltemi.resources.yaml.MalformedText.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;

/// Makes a tree of one document's events, without recursion, and counts while it does: nesting and nodes are counted
/// as if every alias were written out, so that whoever walks the tree is bounded too.
final class TreeBuilder {
    /// Deeper than any resource (an EnvoyFilter with a whole listener has about 25).
    static final int MAX_DEPTH = 64;

    static final int MAX_ALIASES = 1_000;

    /// More than 512 KiB can hold without aliases: the shortest item takes two bytes.
    static final int MAX_NODES = 300_000;

    private final Deque<Open> open = new ArrayDeque<>();
    private final Map<String, Anchored> anchors = new HashMap<>();
    private @Nullable Node root;
    private int documents;
    private int aliases;
    private int nodes;

    /// @param height levels at and below the node
    private record Anchored(Node node, int nodes, int height) {}

    private static final class Open {
        final Mark start;
        final @Nullable String anchor;
        final int nodesBefore;
        final @Nullable Map<String, Node.Entry> entries;
        final List<Node> items = new ArrayList<>();
        Node.@Nullable Scalar key;
        int height = 1;

        Open(Mark start, @Nullable String anchor, int nodesBefore, boolean mapping) {
            this.start = start;
            this.anchor = anchor;
            this.nodesBefore = nodesBefore;
            this.entries = mapping ? new LinkedHashMap<>() : null;
        }
    }

    void accept(Event event) throws MalformedText {
        switch (event) {
            case DocumentStartEvent start -> begin(start);
            case ScalarEvent scalar -> leaf(scalar);
            case AliasEvent alias -> follow(alias);
            case CollectionStartEvent start -> enter(start);
            case CollectionEndEvent end -> leave(end);
            default -> {} // stream begin and end, document end
        }
    }

    Node root() throws MalformedText {
        if (root == null || (root instanceof Node.Scalar scalar && scalar.isNull())) {
            throw new MalformedText(Reason.EMPTY, "the document is empty", 1, 1);
        }
        return root;
    }

    private void begin(DocumentStartEvent start) throws MalformedText {
        if (++documents > 1) {
            throw at(start, Reason.SEVERAL_DOCUMENTS, "a second document begins here");
        }
    }

    private void leaf(ScalarEvent event) throws MalformedText {
        boolean text = event.getTag().map("tag:yaml.org,2002:str"::equals).orElse(false);
        refuseForeignTag(event, event.getTag());
        var scalar = new Node.Scalar(event.getValue(), event.isPlain() && !text, span(mark(event), event));
        nodes++;
        add(event, scalar, event.getAnchor().map(Anchor::getValue).orElse(null), nodes - 1, 1);
    }

    private void follow(AliasEvent event) throws MalformedText {
        String name = event.getAlias().getValue();
        Anchored target = anchors.get(name);
        if (target == null) {
            throw at(event, Reason.SYNTAX, "the alias *" + name + " has no anchor before it");
        }
        if (++aliases > MAX_ALIASES) {
            throw at(event, Reason.OUT_OF_BOUNDS, "more than " + MAX_ALIASES + " aliases");
        }
        nodes += target.nodes();
        add(event, target.node(), null, nodes - target.nodes(), target.height());
    }

    private void enter(CollectionStartEvent event) throws MalformedText {
        refuseForeignTag(event, event.getTag());
        if (open.size() >= MAX_DEPTH) {
            throw at(event, Reason.OUT_OF_BOUNDS, "nested deeper than " + MAX_DEPTH + " levels");
        }
        String anchor = event.getAnchor().map(Anchor::getValue).orElse(null);
        open.push(new Open(mark(event), anchor, nodes++, event instanceof MappingStartEvent));
    }

    private void leave(CollectionEndEvent event) throws MalformedText {
        Open done = open.pop();
        Span span = span(done.start, event);
        Node node = done.entries == null
                ? new Node.Sequence(Collections.unmodifiableList(done.items), span)
                : new Node.Mapping(Collections.unmodifiableMap(done.entries), span);
        add(event, node, done.anchor, done.nodesBefore, done.height);
    }

    private void add(Event event, Node node, @Nullable String anchor, int nodesBefore, int height)
            throws MalformedText {
        if (nodes > MAX_NODES) {
            throw at(event, Reason.OUT_OF_BOUNDS, "more than " + MAX_NODES + " values, aliases written out");
        }
        if (open.size() + height > MAX_DEPTH + 1) {
            throw at(event, Reason.OUT_OF_BOUNDS, "nested deeper than " + MAX_DEPTH + " levels, aliases written out");
        }
        if (anchor != null) {
            anchors.put(anchor, new Anchored(node, nodes - nodesBefore, height));
        }
        Open parent = open.peek();
        if (parent == null) {
            root = node;
            return;
        }
        parent.height = Math.max(parent.height, height + 1);
        if (parent.entries == null) {
            parent.items.add(node);
        } else if (parent.key == null) {
            parent.key = asKey(event, node);
        } else {
            put(parent.entries, parent.key, node);
            parent.key = null;
        }
    }

    private static Node.Scalar asKey(Event event, Node node) throws MalformedText {
        if (node instanceof Node.Scalar scalar) {
            return scalar;
        }
        throw at(event, Reason.SYNTAX, "a field name must be text, not a list or an object");
    }

    private static void put(Map<String, Node.Entry> entries, Node.Scalar key, Node value) throws MalformedText {
        Node.Entry before = entries.putIfAbsent(key.text(), new Node.Entry(key, value));
        if (before != null) {
            throw new MalformedText(
                    Reason.SYNTAX,
                    "the field \"" + key.text() + "\" is there twice, first on line "
                            + before.key().at().line(),
                    key.at().line(),
                    key.at().column());
        }
    }

    private static void refuseForeignTag(Event event, Optional<String> tag) throws MalformedText {
        if (tag.isPresent() && !tag.get().equals("!") && !tag.get().startsWith("tag:yaml.org,2002:")) {
            throw at(event, Reason.SYNTAX, "the tag " + tag.get() + " means nothing here: leave it out");
        }
    }

    private static MalformedText at(Event event, Reason reason, String why) {
        Mark mark = mark(event);
        return new MalformedText(reason, why, mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static Span span(Mark start, Event end) {
        int to = end.getEndMark().map(Mark::getIndex).orElse(start.getIndex());
        return new Span(start.getLine() + 1, start.getColumn() + 1, start.getIndex(), to);
    }

    private static Mark mark(Event event) {
        return event.getStartMark().orElseThrow();
    }
}
