package dev.meltemi.loadtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives tests one demo for all classes, started when the first asks and stopped at the end.
final class DemoExtension implements ParameterResolver {
    private static final Namespace OURS = Namespace.create(DemoExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RunningDemo.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(OURS)
                .computeIfAbsent(RunningDemo.class, demo -> started(), RunningDemo.class);
    }

    private static RunningDemo started() {
        try {
            return RunningDemo.start(Files.createTempDirectory("meltemi-mesh-tests-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
