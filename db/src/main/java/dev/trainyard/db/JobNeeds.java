package dev.trainyard.db;

import dev.trainyard.core.plan.Needs;
import dev.trainyard.core.plan.WantedImage;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RetryJson;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.Gpus;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/** The columns of a job with the parts of its request that the planner and the retry read. */
final class JobNeeds {

    /** Same order as {@link #VALUES}. */
    static final String COLUMNS =
            "gpu_count, gpu_type, gpu_memory_bytes, gpu_ids, host_ports, location, cpus, memory_bytes, image, retry";

    static final String VALUES =
            ":gpuCount::integer, :gpuType, :gpuMemory::bigint, :gpuIds::text[], :hostPorts::text[], :location, :cpus::numeric, :memory::bigint, :image, :retry::jsonb";

    private static final int ALL = -1;

    private JobNeeds() {}

    static StatementSpec bind(StatementSpec statement, Request.Submit request) {
        Needs needs = Needs.of(request);
        Gpus gpus = needs.gpus();
        return statement
                .param("gpuCount", count(gpus))
                .param("gpuType", type(gpus), Types.VARCHAR)
                .param("gpuMemory", bytes(minMemory(gpus)), Types.BIGINT)
                .param("gpuIds", gpus instanceof Gpus.Devices(List<String> ids) ? array(ids) : null, Types.ARRAY)
                .param("hostPorts", array(needs.hostPorts()), Types.ARRAY)
                .param("location", needs.location(), Types.VARCHAR)
                .param("cpus", needs.cpus(), Types.NUMERIC)
                .param("memory", needs.memory(), Types.BIGINT)
                .param("image", needs.image() == null ? null : needs.image().text(), Types.VARCHAR)
                .param("retry", RetryJson.write(request.retry()));
    }

    /** Null if an earlier release accepted the job and {@link MissingNeeds} has not filled in the columns yet. */
    static @Nullable Needs read(ResultSet row) throws SQLException {
        int count = row.getInt("gpu_count");
        if (row.wasNull()) {
            return null;
        }
        String image = row.getString("image");
        return new Needs(
                gpus(count, row),
                texts(row.getArray("host_ports")),
                row.getString("location"),
                row.getBigDecimal("cpus"),
                (Long) row.getObject("memory_bytes"),
                image == null ? null : WantedImage.parse(image));
    }

    private static Gpus gpus(int count, ResultSet row) throws SQLException {
        Array ids = row.getArray("gpu_ids");
        if (ids != null) {
            return new Gpus.Devices(texts(ids));
        }
        if (count == 0) {
            return Gpus.NONE;
        }
        String type = row.getString("gpu_type");
        Long memory = (Long) row.getObject("gpu_memory_bytes");
        DataSize minMemory = memory == null ? null : new DataSize(memory);
        return count == ALL ? new Gpus.All(type, minMemory) : new Gpus.Count(count, type, minMemory);
    }

    private static int count(Gpus gpus) {
        return switch (gpus) {
            case Gpus.None() -> 0;
            case Gpus.Count few -> few.count();
            case Gpus.All _ -> ALL;
            case Gpus.Devices(List<String> ids) -> ids.size();
        };
    }

    private static @Nullable String type(Gpus gpus) {
        return switch (gpus) {
            case Gpus.Count few -> few.type();
            case Gpus.All all -> all.type();
            case Gpus.None _, Gpus.Devices _ -> null;
        };
    }

    private static @Nullable DataSize minMemory(Gpus gpus) {
        return switch (gpus) {
            case Gpus.Count few -> few.minMemory();
            case Gpus.All all -> all.minMemory();
            case Gpus.None _, Gpus.Devices _ -> null;
        };
    }

    private static @Nullable Long bytes(@Nullable DataSize size) {
        return size == null ? null : size.bytes();
    }

    private static String[] array(List<String> texts) {
        return texts.toArray(String[]::new);
    }

    private static List<String> texts(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }
}
