import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Produces five messages that are hard to keep: odd bytes, a tombstone, headers, line ends. Arguments: bootstrap topic. */
public class ProduceOdd {
  public static void main(String[] args) throws Exception {
    Map<String, Object> config = Map.of("bootstrap.servers", args[0], "acks", "all");
    byte[] odd = {(byte) 0xff, 0, (byte) 0x80, '\n', '"'};
    try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(args[1], 0, 1000L, odd, odd));
      producer.send(new ProducerRecord<>(args[1], 0, 2000L, "k".getBytes(), (byte[]) null));
      producer.send(new ProducerRecord<>(args[1], 0, 3000L, null, "{\"id\":\n12345678901234567890}".getBytes()));
      producer.send(new ProducerRecord<>(args[1], 0, 4000L, null, "{\"broken\"".getBytes()));
      var headed = new ProducerRecord<>(args[1], 0, 5000L, "é".getBytes("UTF-8"), "{\"id\":1}".getBytes());
      headed.headers().add("trace", "a\u2028b".getBytes("UTF-8")).add("trace", "c".getBytes());
      producer.send(headed);
    }
  }
}
