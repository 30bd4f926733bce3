package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.freeForm;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.someText;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import dev.meltemi.schemas.ResourceKey;
import java.util.Map;

/// Who a document is: Kubernetes' metadata, of which only name, namespace, labels and annotations mean something
/// here.
record Metadata(ResourceKey key, String apiVersion, Map<String, String> labels, Map<String, String> annotations) {
    /// A policy that is only evaluated, not enforced.
    static final String DRY_RUN = "istio.io/dry-run";

    static final Struct SHAPE = struct().required("name", someText())
            .field("namespace", text())
            .field("labels", table(text()))
            .field("annotations", table(text()))
            .field("generateName", text())
            .field("uid", text())
            .field("resourceVersion", freeForm())
            .field("generation", freeForm())
            .field("creationTimestamp", freeForm())
            .field("deletionTimestamp", freeForm())
            .field("deletionGracePeriodSeconds", freeForm())
            .field("finalizers", list(text()))
            .field("ownerReferences", freeForm())
            .field("managedFields", freeForm())
            .field("selfLink", text());

    String namespace() {
        return key.namespace();
    }

    private static final String CLUSTER_SCOPE = "-";

    /// @param namespace when the document names none
    static Metadata read(Part document, Kind kind, String namespace) {
        Part metadata = document.at("metadata");
        String own = kind.isClusterScoped() ? CLUSTER_SCOPE : namespace;
        var key = new ResourceKey(
                kind.keyGroup(), kind.name(), metadata.someText("namespace").orElse(own), metadata.text("name"));
        return new Metadata(
                key, document.text("apiVersion"), metadata.textTable("labels"), metadata.textTable("annotations"));
    }

    void check(Part document, Kind kind, Report report) {
        Part metadata = document.at("metadata");
        if (!Names.isSubdomain(key.name())) {
            report.error(
                    metadata.at("name"),
                    "\"" + key.name() + "\" is no name: expected lower-case letters, digits, - and .");
        }
        if (kind.isClusterScoped() && metadata.has("namespace")) {
            report.error(metadata.at("namespace"), "a " + kind.name() + " is in no namespace", "leave it out");
        } else if (!kind.isClusterScoped()
                && !Names.isLabel(key.namespace())) { // upper case too: Istio's own documentation has it
            report.error(
                    metadata.at("namespace"),
                    "\"" + key.namespace() + "\" is no namespace: expected letters, digits and -");
        }
        Labels.check(metadata.at("labels"), report);
        Part dryRun = metadata.at("annotations").at(DRY_RUN);
        if (dryRun.isPresent() && !key.kind().equals("AuthorizationPolicy")) {
            report.error(dryRun, "is for AuthorizationPolicies only");
        }
    }
}
