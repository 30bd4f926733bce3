package dev.meltemi.resources;

import java.util.List;

/// What a document became, once, at the edge.
public sealed interface Verdict {
    /// @param notInForce what the document says that this mesh doesn't do yet, `field path: reason`; never silently
    /// ignored
    record Accepted(Resource resource, List<Finding> warnings, List<String> notInForce) implements Verdict {
        public Accepted {
            warnings = List.copyOf(warnings);
            notInForce = List.copyOf(notInForce);
        }
    }

    /// Not empty. In the order of the text.
    record Rejected(List<Finding> errors) implements Verdict {
        public Rejected {
            errors = List.copyOf(errors);
        }
    }
}
