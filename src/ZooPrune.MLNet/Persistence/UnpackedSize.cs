using System.IO.Compression;

namespace ZooPrune.MLNet;

/// <summary>How large a zip file becomes when it is unpacked: what ML.NET saves is compressed, and ML.NET unpacks whatever there is.</summary>
internal static class UnpackedSize
{
    /// <summary>Unpacks a zip file to nowhere, up to a limit. What its headers claim is not believed.</summary>
    /// <param name="zip">The zip file.</param>
    /// <param name="file">The saved file that it is a part of, for messages.</param>
    /// <param name="part">Name of the part, for messages.</param>
    /// <param name="most">Most bytes.</param>
    /// <exception cref="ZooPruneException">It is no zip file, has more bytes, or names that lead out of a folder.</exception>
    public static void Check(string zip, string file, string part, long most)
    {
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        try
        {
            using ZipArchive archive = ZipFile.OpenRead(zip);
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                if (Path.IsPathRooted(entry.FullName) || entry.FullName.Contains(':') || entry.FullName.Split('/', '\\').Contains(".."))
                {
                    throw Throw.BrokenSave(file, $"{part} has an entry '{entry.FullName}', which leads out of it");
                }

                using Stream stream = entry.Open();
                for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
                {
                    total += read;
                    if (total > most)
                    {
                        throw Throw.PartTooLarge(file, part, most);
                    }
                }
            }
        }
        catch (InvalidDataException exception)
        {
            throw Throw.BrokenSave(file, $"{part} is no zip file", exception);
        }
    }
}
