package dev.meltemi.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Rows in the formats that machines read; tables are each command's own.
record Listing(PrintWriter out, OutputFormat output) {
    <R> void print(List<R> rows, Function<R, Map<String, Object>> fields, Function<R, String> name) {
        switch (output) {
            case table, wide, json -> out.println(json(rows.stream().map(fields).toList()));
            case jsonl -> {
                var mapper = JsonMapper.builder().build();
                rows.forEach(row -> out.println(mapper.writeValueAsString(fields.apply(row))));
            }
            case yaml -> rows.forEach(row -> out.print("---\n" + new DocumentTree(fields.apply(row)).yaml()));
            case name -> rows.forEach(row -> out.println(name.apply(row)));
        }
    }

    static String json(Object value) {
        return JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(value);
    }
}
