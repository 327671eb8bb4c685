package dev.trainyard.core.json;

import dev.trainyard.core.text.DataSize;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads a record from a JSON object: each component from the field of its name. A field that is absent, or of a kind that the schema
 * reports, is null where the component may be; else it is empty, false or zero.
 */
public final class RecordReader {

    private static final Map<Class<?>, BiFunction<JsonFields, String, @Nullable Object>> READERS = Map.ofEntries(
            Map.entry(String.class, JsonFields::text),
            Map.entry(boolean.class, JsonFields::flag),
            Map.entry(Boolean.class, ifPresent(JsonFields::flag)),
            Map.entry(int.class, RecordReader::asInt),
            Map.entry(Integer.class, ifPresent(RecordReader::asInt)),
            Map.entry(long.class, RecordReader::asLong),
            Map.entry(Long.class, ifPresent(RecordReader::asLong)),
            Map.entry(BigDecimal.class, JsonFields::decimal),
            Map.entry(DataSize.class, JsonFields::size),
            Map.entry(Map.class, JsonFields::texts));

    private RecordReader() {}

    public static <R extends Record> R read(Class<R> type, JsonFields object) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = Arrays.stream(components)
                .map(component -> value(component, object))
                .toArray();
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("%s cannot be made of JSON".formatted(type), e);
        }
    }

    private static @Nullable Object value(RecordComponent component, JsonFields object) {
        Class<?> type = component.getType();
        @Nullable
        Object value = type == List.class ? list(component, object) : plain(type, object, component.getName());
        boolean mayBeNull = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        return value != null || mayBeNull ? value : type == List.class ? List.of() : "";
    }

    private static @Nullable Object plain(Class<?> type, JsonFields object, String name) {
        return READERS.containsKey(type)
                ? READERS.get(type).apply(object, name)
                : read(type.asSubclass(Record.class), object.object(name));
    }

    private static @Nullable List<?> list(RecordComponent component, JsonFields object) {
        Class<?> item = (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
        return item == String.class
                ? object.words(component.getName())
                : object.list(component.getName())
                        .map(each -> read(item.asSubclass(Record.class), each))
                        .toList();
    }

    private static Integer asInt(JsonFields object, String name) {
        return (int) object.integer(name, 0);
    }

    private static Long asLong(JsonFields object, String name) {
        return object.integer(name, 0);
    }

    private static BiFunction<JsonFields, String, @Nullable Object> ifPresent(
            BiFunction<JsonFields, String, Object> reader) {
        return (object, name) -> object.has(name) ? reader.apply(object, name) : null;
    }
}
